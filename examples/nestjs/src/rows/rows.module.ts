import {
  ConfigurableModuleBuilder,
  Module,
  type MiddlewareConsumer,
  type NestModule,
} from '@nestjs/common';
import { Bulkhead } from './bulkhead.js';
import { RowsController } from './rows.controller.js';
import { ROWS_OPTIONS, type RowsOptions } from './rows.options.js';
import { RowsService } from './rows.service.js';
import { WriteTimeout } from './write-timeout.js';

const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<RowsOptions>({
  optionsInjectionToken: ROWS_OPTIONS,
}).build();

@Module({
  controllers: [RowsController],
  providers: [Bulkhead, RowsService],
  exports: [RowsService],
})
export class RowsModule extends ConfigurableModuleClass implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(WriteTimeout).forRoutes(RowsController);
  }
}
