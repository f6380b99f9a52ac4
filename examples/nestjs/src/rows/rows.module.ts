import { ConfigurableModuleBuilder, Module } from '@nestjs/common';
import { RowsController } from './rows.controller.js';
import { ROWS_OPTIONS, type RowsOptions } from './rows.options.js';
import { RowsService } from './rows.service.js';

const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<RowsOptions>({
  optionsInjectionToken: ROWS_OPTIONS,
}).build();

@Module({ controllers: [RowsController], providers: [RowsService] })
export class RowsModule extends ConfigurableModuleClass {}
