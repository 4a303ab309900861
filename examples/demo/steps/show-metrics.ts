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

/** Waits until the nodes that the scale-out made are measured; a cluster is measured every 15 seconds. */
export const showMetrics: Step = {
  title: 'See what the cluster uses',
  async run(story, tell) {
    const nodes = need(story, 'nodes');
    const measured = async () => {
      const series = await readMetrics(story);
      return newest(series.find(({ name }) => name === 'nodes')) === nodes ? series : undefined;
    };
    const series = await pollUntil(measured, { what: `${nodes} nodes in the metrics`, signal: story.signal });
    for (const one of series) {
      const line = sparkline(one.points.map(({ value }) => value));
      tell.line(`${one.name.padEnd(12)}  ${inWords(newest(one), one.unit).padEnd(12)} ${line}`.trimEnd());
    }
    tell.headline(`${nodes} nodes are measured`);
  },
};

/** What was measured of the cluster as a whole in the last ten minutes; the first look at a cluster measures it. */
async function readMetrics(story: DemoContext): Promise<Series[]> {
  const { client, signal } = story;
  const to = new Date();
  const from = new Date(to.getTime() - TEN_MINUTES);
  const variables = { clusterId: need(story, 'clusterId'), from: from.toISOString(), to: to.toISOString() };
  const { cluster } = await retryWhileUnavailable(story, () => client.query(Metrics, variables, { signal }));
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
