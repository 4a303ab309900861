import { WebSocket } from 'ws';

/** The WebSocket class of Node.js (22 or newer), or that of the package `ws`. */
export const webSocketImpl = globalThis.WebSocket ?? WebSocket;
