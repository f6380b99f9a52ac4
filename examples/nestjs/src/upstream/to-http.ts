import {
  BadGatewayException,
  GatewayTimeoutException,
  HttpException,
  NotFoundException,
} from '@nestjs/common';
import { TimeoutError } from 'rxjs';
import { UpstreamError } from './upstream.errors.js';

/** What a client is told of a failure. */
export function toHttp(error: unknown): HttpException {
  // Our own answer, as a pipe's 400, and no failure of the upstream.
  if (error instanceof HttpException) return error;
  if (error instanceof TimeoutError) {
    return new GatewayTimeoutException('too slow');
  }
  if (error instanceof UpstreamError && error.status === 404) {
    return new NotFoundException('not found');
  }
  return new BadGatewayException('unavailable', { cause: error });
}
