import { EVENT_STREAM } from '../../../protocol/server-sent-events.js';
import type { SerializedEvent } from '../../subscriptions/serialized-event.js';
import type { StreamWriterOptions } from './stream-writer.js';

/** How event streams begin and stay alive; comments are no events. */
export const eventStreamFormat: Omit<StreamWriterOptions, 'drained' | 'interval'> = {
  headers: { 'content-type': `${EVENT_STREAM}; charset=utf-8` },
  opening: ':\n\n',
  heartbeat: ':\n\n',
};

/** An event; its id is the position, from which a browser's EventSource goes on by itself. */
export function eventOf({ text, position }: SerializedEvent): string {
  return `${idLine(position)}event: next\ndata: ${text}\n\n`;
}

/** A position without an event: without data it is nothing to anybody, but readers remember the id. */
export function positionOf({ position }: SerializedEvent): string {
  return `${idLine(position)}\n`;
}

function idLine(position: string | undefined): string {
  return position !== undefined && /^[^\n\r\0]*$/.test(position) ? `id: ${position}\n` : '';
}

/** When clients should come back, in milliseconds. */
export function retryIn(milliseconds: number): string {
  return `retry: ${milliseconds}\n\n`;
}

export const COMPLETE = 'event: complete\ndata:\n\n';
