import { expect } from 'vitest';
import { graphqlRequest } from './platform.js';

const VERSIONS = '{ kubernetesVersions { id } }';
const PUBLISH = `mutation ($input: PublishKubernetesVersionInput!) {
  publishKubernetesVersion(input: $input) { userErrors { code message } } }`;

/** Offers a version of Kubernetes, as an operator does, unless the platform offers it. */
export async function publishVersion(url: string, id: string): Promise<void> {
  const { data } = await graphqlRequest<{ kubernetesVersions: { id: string }[] }>(url, { query: VERSIONS });
  if (data?.kubernetesVersions.some((version) => version.id === id)) return;
  const published = await graphqlRequest<{ publishKubernetesVersion: { userErrors: unknown[] } }>(url, {
    query: PUBLISH,
    variables: { input: { id } },
    scopes: ['fleet:admin'],
  });
  expect(published.data).toEqual({ publishKubernetesVersion: { userErrors: [] } });
}
