import { expect } from 'vitest';
import type { ApiResponse, ManagedFields } from './api-client.js';

/** Expects an error: its code and reason, in the HTTP status and in the body. */
export function expectError(response: ApiResponse, code: number, reason: string): void {
  expect({ status: response.status, body: response.body }).toMatchObject({
    status: code,
    body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason },
  });
}

/** Expects a success and returns the body. */
export function expectSuccess(response: ApiResponse, status = 200): ApiResponse['body'] {
  expect(response.status, response.text).toBe(status);
  return response.body;
}

/** Expects 422 Invalid with these causes, each `reason field`, in any order. */
export function expectInvalid(response: ApiResponse, ...causes: readonly string[]): void {
  expectError(response, 422, 'Invalid');
  expect(causesOf(response).toSorted()).toEqual(causes.toSorted());
}

/** The causes of an error, each `reason field`. */
export function causesOf({ body }: ApiResponse): string[] {
  return (body.details?.causes ?? []).map(({ reason, field }) => [reason, field].filter(Boolean).join(' '));
}

/** The entry of a manager in managedFields; undefined if it owns nothing. */
export function ownedBy(
  { body }: ApiResponse,
  manager: string,
  subresource?: string,
): ManagedFields | undefined {
  return body.metadata.managedFields?.find(
    (entry) => entry.manager === manager && entry.subresource === subresource,
  );
}
