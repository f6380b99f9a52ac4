import { ConfigurableModuleBuilder, Logger, Module } from '@nestjs/common';
import { Redis } from 'ioredis';
import { MetricsModule } from '../metrics/metrics.module.js';
import { OrdersConsumer } from './orders.consumer.js';
import { ORDERS_OPTIONS, type OrdersOptions } from './orders.options.js';
import { OrdersStream } from './orders.stream.js';
import { ShippingService } from './shipping.service.js';

const { ConfigurableModuleClass } =
  new ConfigurableModuleBuilder<OrdersOptions>({
    optionsInjectionToken: ORDERS_OPTIONS,
  }).build();

@Module({
  imports: [MetricsModule],
  exports: [OrdersConsumer, OrdersStream],
  providers: [
    OrdersConsumer,
    OrdersStream,
    ShippingService,
    {
      provide: Redis,
      inject: [ORDERS_OPTIONS],
      useFactory: ({ redis: url }: OrdersOptions) => {
        // A lost connection fails what was sent by it; then the consumer begins
        // again. One that breaks without a word is lost when an answer is late;
        // Redis lets a read wait for 5 s.
        const redis = new Redis(url, {
          maxRetriesPerRequest: 0,
          socketTimeout: 10_000, // ms
        });
        const logger = new Logger('Redis');
        return redis.on('error', (error) => logger.warn(error.message));
      },
    },
  ],
})
export class OrdersModule extends ConfigurableModuleClass {}
