/** Maximum length of an operation id on a shared connection, in characters: it is sent with each event. */
export const MAX_ID = 1000;
