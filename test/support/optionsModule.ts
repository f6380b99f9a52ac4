/** Options as the exports of a module. */
export const concurrent = 2;
