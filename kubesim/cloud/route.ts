import type { z } from 'zod';
import type { Cloud } from './cloud.js';

export interface CloudResponse {
  readonly status: number;
  readonly body: unknown;
}

export type Handler = (
  cloud: Cloud,
  params: Readonly<Record<string, string>>,
  exchange: Exchange,
) => CloudResponse | Promise<CloudResponse>;

export interface Exchange {
  readonly query: Readonly<Record<string, string>>;
  body<T>(form: z.ZodType<T>): Promise<T>;
}

export type On = (
  method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  handler: Handler,
) => void;
