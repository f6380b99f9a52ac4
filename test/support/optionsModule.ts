/**
 * Options as the exports of a module.
 *
 * @public
 */
export const concurrent = 2;
