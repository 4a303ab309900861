/** Page size if `first` is omitted. */
export const DEFAULT_PAGE = 50;
/** Largest page size. */
export const MAX_PAGE = 500;
