import { WebSocket } from 'ws';

/** A WebSocket class for subscriptions: that of Node.js from 22 on, else the one of the package `ws`. */
export const webSocketImpl = globalThis.WebSocket ?? WebSocket;
