import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ClustersKit, openClusters } from './kit.js';

let clusters: ClustersKit;
beforeAll(async () => {
  clusters = await openClusters();
});
afterAll(() => clusters[Symbol.asyncDispose]());

interface Risk {
  readonly id: string;
  readonly section: string;
  readonly component: string;
  readonly recoverable: boolean;
}
const risks = async (args: string) => {
  const query = `{ highRiskOperations${args} { id section component operation impact recovery recoverable } }`;
  return (await clusters.run<{ highRiskOperations: Risk[] }>(query)).data.highRiskOperations;
};
const projects = async (args: string) => {
  const query = `{ openSourceProjects${args} { name category repository purpose } }`;
  return (await clusters.run<{ openSourceProjects: unknown[] }>(query)).data.openSourceProjects;
};

describe('high-risk operations', () => {
  test('high-risk operations are the 47 of the ACK documentation, and 15 of them cannot be remediated', async () => {
    const all = await risks('');
    expect(all).toHaveLength(47);
    expect(new Set(all.map(({ id }) => id)).size).toBe(47);
    expect(await risks('(recoverable: false)')).toHaveLength(15);
    expect(all[0]).toEqual({
      id: 'cluster.api-server.1',
      section: 'CLUSTER',
      component: 'api-server',
      operation: 'Delete the load balancer that the API server uses',
      impact: 'The cluster cannot be operated',
      recovery: 'Not recoverable; create a new cluster',
      recoverable: false,
    });
  });

  test.each([
    ['CLUSTER', 18],
    ['NODE_POOL', 7],
    ['NETWORK', 12],
    ['STORAGE', 6],
    ['LOGGING', 4],
  ])('section %s has %i', async (section, count) => {
    expect(await risks(`(section: ${section})`)).toHaveLength(count);
  });

  test.each([
    ['api-server', 2],
    ['worker-node', 6],
    ['master-node', 9],
    ['access', 1],
  ])('target %s has %i', async (component, count) => {
    expect(await risks(`(section: CLUSTER, component: "${component}")`)).toHaveLength(count);
    expect(await risks(`(section: STORAGE, component: "${component}")`)).toEqual([]);
  });
});

describe('open-source projects', () => {
  test('have the address of their repository and of their documentation', async () => {
    const query = '{ openSourceProjects { name repositoryUrl documentationUrl } }';
    type Project = { name: string; repositoryUrl: string; documentationUrl: string };
    const { data } = await clusters.run<{ openSourceProjects: Project[] }>(query);
    for (const { name, repositoryUrl, documentationUrl } of data.openSourceProjects) {
      expect(repositoryUrl, name).toMatch(/^https:\/\/github\.com\/[\w-]+\/[\w-]+$/);
      expect(new URL(documentationUrl).protocol, name).toBe('https:');
    }
    const documented = new Set(data.openSourceProjects.map((project) => project.documentationUrl));
    expect(documented.size).toBe(27);
  });

  test('are the 27 of the ACK documentation', async () => {
    const all = await projects('');
    expect(all).toHaveLength(27);
    expect(all[0]).toEqual({
      name: 'Kubernetes Cloud Controller Manager for Alibaba Cloud',
      category: 'CORE',
      repository: 'Cloud-Provider-Alibaba-Cloud',
      purpose: 'Creates load balancers for Kubernetes applications and manages node routes',
    });
  });

  test.each([
    ['CORE', 1],
    ['NETWORK', 3],
    ['STORAGE', 3],
    ['RESOURCE_OPTIMIZATION', 1],
    ['ELASTICITY', 2],
    ['SECURITY', 5],
    ['MIGRATION', 4],
    ['APPLICATION_MANAGEMENT', 5],
    ['SCHEDULING', 3],
  ])('category %s has %i', async (category, count) => {
    expect(await projects(`(category: ${category})`)).toHaveLength(count);
  });
});
