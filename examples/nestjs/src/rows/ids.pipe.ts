import { BadRequestException, Injectable, type PipeTransform } from '@nestjs/common';

/** An array of row ids, or the same as text, separated by commas. */
@Injectable()
export class IdsPipe implements PipeTransform<unknown, number[]> {
  transform(value: unknown): number[] {
    const ids: unknown = typeof value === 'string' ? value.split(',').map(Number) : value;
    if (!Array.isArray(ids)) {
      throw new BadRequestException(`Expected an array of row ids, got ${JSON.stringify(value) ?? 'nothing'}`);
    }
    return ids.map((id: unknown, index) => {
      if (!Number.isSafeInteger(id) || (id as number) < 1) {
        const got = typeof value === 'string' ? value.split(',')[index] : id;
        throw new BadRequestException(
          `Expected every row id to be an integer from 1 and up, got ${JSON.stringify(got)} at position ${index}`,
        );
      }
      return id as number;
    });
  }
}
