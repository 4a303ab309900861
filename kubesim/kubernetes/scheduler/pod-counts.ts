import type { Pod } from '../kinds/core.js';
import { affinityTerm, type NamespaceLabels, type PodTerm } from './pod-term.js';

/** Number of pods by the name of their node. */
export type CountsByNode = ReadonlyMap<string, number>;

/** The most terms that are counted; the counts of others are computed again. */
const MAX_TERMS = 200;

interface Counted {
  readonly term: PodTerm;
  readonly counts: Map<string, number>;
}

/** The pods on nodes, counted for each term, so that scheduling a pod does not read all pods. */
export class PodCounts {
  private readonly placed = new Map<string, Pod>();
  private readonly selected = new Map<string, Counted>();
  /** Pods with required anti-affinity, by their terms. */
  private readonly repelling = new Map<string, Counted>();

  constructor(private readonly labelsOf: NamespaceLabels) {}

  add(pod: Pod): void {
    this.placed.set(pod.metadata.uid, pod);
    this.change(pod, 1);
  }

  has({ metadata: { uid } }: Pod): boolean {
    return this.placed.has(uid);
  }

  remove(uid: string): void {
    const pod = this.placed.get(uid);
    if (!pod) return;
    this.placed.delete(uid);
    this.change(pod, -1);
  }

  /** Records changed labels of a pod that has a node. */
  update(pod: Pod): void {
    const known = this.placed.get(pod.metadata.uid);
    if (!known || known.metadata.labels === pod.metadata.labels) return;
    this.remove(pod.metadata.uid);
    this.add(pod);
  }

  /** The pods that a term selects, by node. */
  countsOf(term: PodTerm): CountsByNode {
    const known = this.selected.get(term.key);
    if (known) return known.counts;
    if (this.selected.size >= MAX_TERMS) this.selected.clear();
    const counts = new Map<string, number>();
    for (const pod of this.placed.values()) if (term.selects(pod)) increase(counts, pod, 1);
    this.selected.set(term.key, { term, counts });
    return counts;
  }

  /** The terms of required anti-affinity that select the pod, and the nodes of the pods that have them. */
  repellingTerms(pod: Pod): { readonly term: PodTerm; readonly counts: CountsByNode }[] {
    return [...this.repelling.values()].filter(({ term }) => term.selects(pod));
  }

  /** Forgets counts that depend on the labels of namespaces. */
  namespacesChanged(): void {
    this.selected.clear();
  }

  private change(pod: Pod, by: 1 | -1): void {
    for (const { term, counts } of this.selected.values()) if (term.selects(pod)) increase(counts, pod, by);
    const required = pod.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    for (const each of required) this.repel(affinityTerm(pod, each, this.labelsOf), pod, by);
  }

  private repel(term: PodTerm, pod: Pod, by: 1 | -1): void {
    const { counts } = this.repelling.get(term.key) ?? { counts: new Map<string, number>() };
    increase(counts, pod, by);
    if (counts.size > 0) this.repelling.set(term.key, { term, counts });
    else this.repelling.delete(term.key);
  }
}

function increase(counts: Map<string, number>, { spec: { nodeName = '' } }: Pod, by: 1 | -1): void {
  const count = (counts.get(nodeName) ?? 0) + by;
  if (count > 0) counts.set(nodeName, count);
  else counts.delete(nodeName);
}
