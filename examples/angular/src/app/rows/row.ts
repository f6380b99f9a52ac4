/** An id of a list, with its position there. */
export interface RowRequest {
  readonly index: number;
  readonly id: number;
}

export interface FoundRow extends RowRequest {
  readonly name: string;
}

/** Why a row could not be had, in its turn. */
export interface FailedRow extends RowRequest {
  readonly error: string;
  /** Whether it has been asked for again, and has not come yet. */
  readonly again?: true;
}

export type Row = FoundRow | FailedRow;

export const hasFailed = (row: Row): row is FailedRow => 'error' in row;

export const requestsFor = (ids: readonly number[]): RowRequest[] =>
  ids.map((id, index) => ({ index, id }));
