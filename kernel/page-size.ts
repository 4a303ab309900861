/** Items of a page when the caller does not say how many. */
export const DEFAULT_PAGE = 50;
/** Items of a page at most. */
export const MAX_PAGE = 500;
