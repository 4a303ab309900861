/** Longest id that a client may give an operation on a connection of many, in characters: it is sent with each event. */
export const MAX_ID = 1000;
