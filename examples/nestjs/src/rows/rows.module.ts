import {
  ConfigurableModuleBuilder,
  Module,
  type MiddlewareConsumer,
  type NestModule,
} from '@nestjs/common';
import { MetricsModule } from '../metrics/metrics.module.js';
import { RowsController } from './rows.controller.js';
import { ROWS_OPTIONS, type RowsOptions } from './rows.options.js';
import { RowsService } from './rows.service.js';
import { upstreamLimit } from './upstream-limit.js';
import { WriteTimeout } from './write-timeout.js';

const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<RowsOptions>({
  optionsInjectionToken: ROWS_OPTIONS,
}).build();

@Module({
  imports: [MetricsModule],
  controllers: [RowsController],
  providers: [upstreamLimit, RowsService],
  exports: [RowsService],
})
export class RowsModule extends ConfigurableModuleClass implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(WriteTimeout).forRoutes(RowsController);
  }
}
