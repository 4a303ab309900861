/** Maximum length of an id or an enum value in an input, in characters; ids of the platform have less than a hundred. */
export const MAX_ID_LENGTH = 1000;
/** Maximum length of any other string in an input, in characters, and of a client's request in bytes. */
export const MAX_TEXT_LENGTH = 1_000_000;

/** Message for an id or an enum value that is too long, without the full stop, so that callers can append to it. */
export function idTooLong(length: number, maximum = MAX_ID_LENGTH): string {
  return `Ids and values of enums may have ${maximum} characters, this one has ${length}`;
}
