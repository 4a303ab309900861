import type { HostInfo } from '../host-info.js';
import { Report } from '../report.js';
import { table } from '../table.js';

/** Figures of one server in one scenario. */
export interface StreamFigures {
  readonly server: string;
  readonly scenario: string;
  readonly delivered: number;
  readonly expected: number;
  /** CPU of the server's process, in microseconds per message. */
  readonly microseconds: number;
}

/** Memory of idle subscribers. */
export interface IdleFigures {
  readonly subscribers: number;
  /** Resident memory of the gateway per subscriber. */
  readonly bytes: number;
}

interface StreamsResults {
  readonly machine: HostInfo;
  readonly subscribers: number;
  readonly figures: readonly StreamFigures[];
  readonly idle: IdleFigures;
}

export const streamsReport = new Report<StreamsResults>('streams', ({ figures, subscribers, idle }) =>
  [figuresTable(figures, subscribers), idleLine(idle)].join('\n\n'),
);

function figuresTable(figures: readonly StreamFigures[], subscribers: number): string {
  const ours = (scenario: string) =>
    figures.find((figure) => figure.scenario === scenario && figure.server.startsWith('Fleetgraph'))
      ?.microseconds ?? NaN;
  const rows = figures.map((figure) => [
    figure.server,
    figure.microseconds.toFixed(1),
    (figure.microseconds / ours(figure.scenario)).toFixed(2),
    `${figure.delivered} of ${figure.expected}`,
  ]);
  const head = [`${subscribers} subscribers`, 'CPU µs per message', '× ours', 'delivered'];
  return table(head, rows);
}

function idleLine({ subscribers, bytes }: IdleFigures): string {
  return `**${subscribers} idle subscribers**, each on its own WebSocket: ${(bytes / 1000).toFixed(1)} kB of resident memory each.`;
}
