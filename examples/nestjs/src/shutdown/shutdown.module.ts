import { ConfigurableModuleBuilder, Module } from '@nestjs/common';
import { HttpDrain } from './http-drain.js';
import { SHUTDOWN_OPTIONS, type ShutdownOptions } from './shutdown.options.js';

const { ConfigurableModuleClass } =
  new ConfigurableModuleBuilder<ShutdownOptions>({
    optionsInjectionToken: SHUTDOWN_OPTIONS,
  })
    .setExtras({}, (definition) => ({ ...definition, global: true }))
    .build();

@Module({ providers: [HttpDrain], exports: [SHUTDOWN_OPTIONS] })
export class ShutdownModule extends ConfigurableModuleClass {}
