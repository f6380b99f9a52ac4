import { ConfigurableModuleBuilder, Module } from '@nestjs/common';
import { UpstreamService } from './upstream.service.js';
import { UPSTREAM_OPTIONS, type UpstreamOptions } from './upstream.options.js';

const { ConfigurableModuleClass } =
  new ConfigurableModuleBuilder<UpstreamOptions>({
    optionsInjectionToken: UPSTREAM_OPTIONS,
  })
    .setExtras({}, (definition) => ({ ...definition, global: true }))
    .build();

@Module({ providers: [UpstreamService], exports: [UpstreamService] })
export class UpstreamModule extends ConfigurableModuleClass {}
