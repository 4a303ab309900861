import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

// Below what Linux (32768) and other systems (49152) give to outgoing connections by default: one of those would take
// the port before the server does, or while the server is being started again.
const FIRST = 20_000;
const END = 32_768;
const TRIES = 100;
/** Nobody is given one twice: who was given it may not have taken it yet. */
const tried = new Set<number>();

/**
 * A port of the loopback that was free a moment ago, for a server that must be told its port, or keep it over a
 * restart; the first of so many in a row, for one that takes those after it too.
 */
export async function freePort(inARow = 1): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = randomInt(FIRST, END - inARow + 1);
    if (await areFree(Array.from({ length: inARow }, (_, index) => port + index))) return port;
  }
  throw new Error(`no free port from ${FIRST} to ${END - 1} in ${TRIES} tries`);
}

async function areFree(ports: number[]): Promise<boolean> {
  if (ports.some((port) => tried.has(port))) return false;
  for (const port of ports) tried.add(port);
  for (const port of ports) if (!(await isFree(port))) return false;
  return true;
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer().listen(port, '127.0.0.1');
  try {
    await once(probe, 'listening');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return false;
    throw error;
  }
  probe.close();
  await once(probe, 'close');
  return true;
}
