import { Injectable } from '@nestjs/common';
import { PermanentError } from '../upstream/upstream.errors.js';
import { UpstreamService } from '../upstream/upstream.service.js';
import type { Message, Outcome } from './outcome.js';

@Injectable()
export class ShippingService {
  constructor(private readonly upstream: UpstreamService) {}

  /**
   * Ships the order of a message, and skips what is of another type. A message
   * may come here again after a crash; its id lets the upstream see that.
   */
  async handle(message: Message, signal: AbortSignal): Promise<Outcome> {
    const { id, fields } = message;
    if (fields?.['type'] !== 'placed') return { message, result: 'skipped' };
    const order = fields['order'];
    if (order === undefined)
      throw new PermanentError('the message has no field `order`');
    const shipment = { account: fields['account'], order };
    const { tracking } = await this.upstream.ship(shipment, id, signal);
    return { message, result: 'shipped', order, tracking };
  }
}
