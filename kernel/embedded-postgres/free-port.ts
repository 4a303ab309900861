import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

// Below the default ephemeral ports of Linux (from 32768) and other systems (from 49152): an outgoing connection could
// take the port before the server does, or while the server restarts.
const FIRST = 20_000;
const END = 32_768;
const TRIES = 100;
/** Ports returned before; a caller may not have bound its port yet. */
const tried = new Set<number>();

/**
 * A free port of the loopback interface, for servers that need to know their port in advance or keep it over a restart;
 * the first of `inARow` consecutive free ports.
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
