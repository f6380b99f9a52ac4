import { Injectable, type PipeTransform } from '@nestjs/common';
import { rowId } from './row-id.js';

@Injectable()
export class RowIdPipe implements PipeTransform<string, number> {
  transform(value: string): number {
    return rowId(value);
  }
}
