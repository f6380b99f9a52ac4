import { BadGatewayException, GatewayTimeoutException, NotFoundException, type HttpException } from '@nestjs/common';
import { TimeoutError } from 'rxjs';
import { UpstreamError } from './upstream.service.js';

/** What a client is told of a failure of the upstream. */
export function toHttp(error: unknown): HttpException {
  if (error instanceof TimeoutError) return new GatewayTimeoutException('too slow');
  if (error instanceof UpstreamError && error.status === 404) return new NotFoundException('not found');
  return new BadGatewayException('unavailable', { cause: error });
}
