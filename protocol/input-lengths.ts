/** Characters of an id or an enum value in an input; the longest ids of the platform have less than a hundred. */
export const MAX_ID_LENGTH = 1000;
/** Characters of any other text in an input, and bytes of a client's request: no text can be longer. */
export const MAX_TEXT_LENGTH = 1_000_000;

/** What a caller is told about an id or an enum value that is too long, without the end of the sentence. */
export function idTooLong(length: number, maximum = MAX_ID_LENGTH): string {
  return `Ids and values of enums may have ${maximum} characters, this one has ${length}`;
}
