import { Controller, Get, Module, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Registry } from 'prom-client';
import { prometheusMonitors } from './prometheus.js';

/** The metrics of all operators, each by the name of its stream. */
export class Metrics {
  readonly registry = new Registry();
  /** A monitor for one subscription. */
  readonly monitorOf = prometheusMonitors(this.registry);
}

/** What Prometheus scrapes. */
@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get()
  scrape(@Res({ passthrough: true }) response: Response): Promise<string> {
    const { registry } = this.metrics;
    response.type(registry.contentType);
    return registry.metrics();
  }
}

@Module({
  controllers: [MetricsController],
  providers: [Metrics],
  exports: [Metrics],
})
export class MetricsModule {}
