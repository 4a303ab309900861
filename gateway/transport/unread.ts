/**
 * Bytes that wait for a client's network from which on its connection is cut: nobody reads what it asks for. Streams
 * never come here, they wait when the network is behind; answers to queries that share a connection do not.
 */
export const UNREAD_BYTES = 8 * 1024 * 1024;
