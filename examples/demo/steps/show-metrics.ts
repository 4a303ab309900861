import { graphql } from '../../generated/index.js';
import type { DemoMetricsQuery } from '../../generated/graphql.js';
import { sparkline } from '../demo-output.js';
import { need, type Step, type DemoContext } from '../demo-context.js';
import { pollUntil } from '../poll-until.js';
import { retryWhileUnavailable } from '../retry-while-unavailable.js';

const Metrics = graphql(`
  query DemoMetrics($clusterId: ID!, $from: DateTime!, $to: DateTime!) {
    cluster(id: $clusterId) {
      metrics(from: $from, to: $to, step: 1) {
        name
        unit
        labels
        points {
          at
          value
        }
      }
    }
  }
`);

type Series = NonNullable<DemoMetricsQuery['cluster']>['metrics'][number];

const TEN_MINUTES = 600_000;

/** Waits until the metrics contain the nodes of the scale-out; metrics are read every 15 seconds. */
export const showMetrics: Step = {
  title: 'Show the metrics of the cluster',
  async run(context, output) {
    const nodes = need(context, 'nodes');
    const measured = async () => {
      const series = await readMetrics(context);
      return newest(series.find(({ name }) => name === 'nodes')) === nodes ? series : undefined;
    };
    const series = await pollUntil(measured, {
      condition: `${nodes} nodes in the metrics`,
      signal: context.signal,
    });
    for (const metric of series) {
      const line = sparkline(metric.points.map(({ value }) => value));
      output.line(
        `${metric.name.padEnd(12)}  ${inWords(newest(metric), metric.unit).padEnd(12)} ${line}`.trimEnd(),
      );
    }
    output.headline(`the metrics contain ${nodes} nodes`);
  },
};

/** Metrics of the cluster as a whole for the last ten minutes; the first query of a cluster reads them. */
async function readMetrics(context: DemoContext): Promise<Series[]> {
  const { client, signal } = context;
  const to = new Date();
  const from = new Date(to.getTime() - TEN_MINUTES);
  const variables = { clusterId: need(context, 'clusterId'), from: from.toISOString(), to: to.toISOString() };
  const { cluster } = await retryWhileUnavailable(context, () =>
    client.query(Metrics, variables, { signal }),
  );
  // Series of single nodes have labels.
  return (cluster?.metrics ?? []).filter(({ labels }) => Object.keys(Object(labels)).length === 0);
}

function newest(series: Series | undefined): number {
  return series?.points.at(-1)?.value ?? 0;
}

function inWords(value: number, unit: string): string {
  if (unit === 'bytes') return `${(value / 2 ** 30).toFixed(1)} GiB`;
  return `${value.toLocaleString('en', { maximumFractionDigits: 2 })}${unit === 'count' ? '' : ` ${unit}`}`;
}
