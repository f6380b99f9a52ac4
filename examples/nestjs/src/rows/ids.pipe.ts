import {
  BadRequestException,
  Inject,
  Injectable,
  PayloadTooLargeException,
  type PipeTransform,
} from '@nestjs/common';
import { rowId, show } from './row-id.js';
import { ROWS_OPTIONS, type RowsOptions } from './rows.options.js';

/** An array of row ids, or the same as text, separated by commas. */
@Injectable()
export class IdsPipe implements PipeTransform<unknown, number[]> {
  constructor(@Inject(ROWS_OPTIONS) private readonly options: RowsOptions) {}

  transform(value: unknown): number[] {
    const ids: unknown = typeof value === 'string' ? value.split(',') : value;
    if (!Array.isArray(ids)) {
      throw new BadRequestException(
        `Expected an array of row ids, got ${show(value)}`,
      );
    }
    const { maxIds } = this.options;
    if (ids.length > maxIds) {
      throw new PayloadTooLargeException(
        `Expected at most ${maxIds} row ids, got ${ids.length}`,
      );
    }
    return ids.map((id, position) => rowId(id, ` at position ${position}`));
  }
}
