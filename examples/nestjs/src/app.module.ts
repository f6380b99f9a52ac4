import { Module, type DynamicModule } from '@nestjs/common';
import type { Config } from './config.js';
import { HealthController } from './health.controller.js';
import { OrdersModule } from './orders/orders.module.js';
import { RowsModule } from './rows/rows.module.js';
import { ShutdownModule } from './shutdown/shutdown.module.js';
import { UpstreamModule } from './upstream/upstream.module.js';
import { WebModule } from './web/web.module.js';

@Module({})
export class AppModule {
  static register({
    upstream,
    rows,
    orders,
    shutdown,
    web,
  }: Config): DynamicModule {
    return {
      module: AppModule,
      controllers: [HealthController],
      imports: [
        UpstreamModule.register(upstream),
        ShutdownModule.register(shutdown),
        RowsModule.register(rows),
        OrdersModule.register(orders),
        ...(web ? [WebModule.register(web)] : []),
      ],
    };
  }
}
