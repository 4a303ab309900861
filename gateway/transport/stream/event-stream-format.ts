import { EVENT_STREAM } from '../../../protocol/server-sent-events.js';
import type { SerializedEvent } from '../../subscriptions/serialized-event.js';
import type { StreamWriterOptions } from './stream-writer.js';

/** Opening and heartbeat of event streams: comments, which clients ignore. */
export const eventStreamFormat: Omit<StreamWriterOptions, 'drained' | 'interval'> = {
  headers: { 'content-type': `${EVENT_STREAM}; charset=utf-8` },
  opening: ':\n\n',
  heartbeat: ':\n\n',
};

/** Formats an event. Its id is the position, after which a browser's EventSource resumes. */
export function eventOf({ text, position }: SerializedEvent): string {
  return `${idLine(position)}event: next\ndata: ${text}\n\n`;
}

/** Formats a position without an event: clients ignore an event without data but remember its id. */
export function positionOf({ position }: SerializedEvent): string {
  return `${idLine(position)}\n`;
}

function idLine(position: string | undefined): string {
  return position !== undefined && /^[^\n\r\0]*$/.test(position) ? `id: ${position}\n` : '';
}

/** Sets the reconnection time of the client, in milliseconds. */
export function retryIn(milliseconds: number): string {
  return `retry: ${milliseconds}\n\n`;
}

export const COMPLETE = 'event: complete\ndata:\n\n';
