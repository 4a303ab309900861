import type { Choices } from '../../fixtures/fuzz.js';
import type { Entity, EntityPart, Field, Part, RandomGraph, RandomSubgraph, RequiredField } from './graph.js';

const EXTERNAL: Part = { ownership: 'external', directives: '@external' };
const KEYS = ['id', 'id', 'code', 'id code', 'spot { x }'];

/** Generates a graph: its types, and the fields of each subgraph. Composition rejects some of the graphs. */
export function generateGraph(choices: Choices): RandomGraph {
  return new GraphGenerator(choices).graph();
}

class GraphGenerator {
  private readonly entities = new Map<string, Entity>();
  private readonly subgraphs: RandomSubgraph[];
  private readonly names = ['T0', 'T1', 'T2'];
  /** The subgraph that defines the interface of an interface object; undefined without one. */
  private readonly owner: RandomSubgraph | undefined;

  constructor(private readonly choices: Choices) {
    this.subgraphs = Array.from({ length: 3 + choices.next(2) }, (_, index) => ({
      name: `s${index}`,
      entities: new Map<string, EntityPart>(),
      abstracts: [],
      roots: new Map(),
    }));
    this.owner = this.chance(3) ? this.choices.of(this.subgraphs) : undefined;
  }

  graph(): RandomGraph {
    for (const name of this.names) this.entities.set(name, { name, fields: new Map() });
    for (const entity of this.entities.values()) this.distribute(entity);
    for (const entity of this.entities.values()) this.addTexts(entity);
    this.addAbstracts();
    for (const entity of this.entities.values()) this.addReferences(entity);
    for (const entity of this.entities.values()) this.addOverride(entity);
    for (const entity of this.entities.values()) this.addRequiringLabel(entity);
    for (const entity of this.entities.values()) this.addProvided(entity);
    for (const entity of this.entities.values())
      for (const name of ['made', 'remade']) this.addRequiring(entity, name);
    this.addInterfaceObject();
    this.addRoots();
    return { entities: this.entities, subgraphs: this.subgraphs };
  }

  private chance(of: number): boolean {
    return this.choices.next(of) === 0;
  }

  /** At least `min` of the items, in their order. */
  private some<T>(items: readonly T[], min = 1): T[] {
    const from = this.choices.next(items.length);
    const count = Math.min(items.length, min + this.choices.next(items.length));
    const rotated = [...items.slice(from), ...items.slice(0, from)].slice(0, count);
    return items.filter((item) => rotated.includes(item));
  }

  /** Adds the entity to some subgraphs, each with its own keys. */
  private distribute(entity: Entity): void {
    const sharing = new Set(this.some(this.subgraphs, 2));
    if (this.owner) sharing.add(this.owner);
    for (const subgraph of sharing) {
      const chosen = [this.choices.of(KEYS)!, subgraph === this.owner ? 'id' : this.choices.of(KEYS)!];
      const keys = [...new Set(chosen)].map((fields) => ({
        fields,
        resolvable: (subgraph === this.owner && fields === 'id') || !this.chance(8),
      }));
      const fields = new Map<string, Part>();
      const named = keys.flatMap(({ fields: names }) =>
        names
          .replace(/\{.*\}/, '')
          .trim()
          .split(' '),
      );
      if (!this.chance(4)) named.push('id');
      for (const name of named) fields.set(name, { ownership: 'owned', directives: '@shareable' });
      subgraph.entities.set(entity.name, { entity, keys, interfaces: [], fields });
    }
  }

  private partsOf({ name }: Entity): EntityPart[] {
    return this.subgraphs.flatMap(({ entities }) => entities.get(name) ?? []);
  }

  private addTexts(entity: Entity): void {
    for (const name of ['label', 'text0', 'text1', 'text2']) {
      const takesArgument = name !== 'label' && this.chance(3);
      this.addField(entity, { name, kind: 'text', type: 'String', members: [], takesArgument, requires: [] });
      const owners = this.some(this.partsOf(entity)).slice(0, 1 + this.choices.next(2));
      const ownerPart = this.owner?.entities.get(entity.name);
      if (name === 'label' && ownerPart && !owners.includes(ownerPart)) owners.push(ownerPart);
      for (const { fields } of owners) fields.set(name, owned(owners.length > 1));
    }
  }

  private addField(entity: Entity, field: Field): Field {
    entity.fields.set(field.name, field);
    return field;
  }

  private addAbstracts(): void {
    for (const subgraph of this.subgraphs) {
      const { abstracts, entities } = subgraph;
      const parts = [...entities.values()];
      if (parts.length === 0) continue;
      if (subgraph === this.owner || !this.chance(3)) {
        const members = subgraph === this.owner ? parts : this.some(parts);
        const fields = ['id', 'label'].filter((name) =>
          members.every((member) => member.fields.get(name)?.ownership === 'owned'),
        );
        if (fields.length > 0) {
          members.forEach(({ interfaces }) => interfaces.push('Named'));
          abstracts.push({ name: 'Named', members: members.map(({ entity }) => entity.name), fields });
        }
      }
      if (this.chance(2))
        abstracts.push({ name: 'Either', members: this.some(parts).map(({ entity }) => entity.name) });
    }
  }

  private addReferences(entity: Entity): void {
    for (const name of ['one', 'many', 'any']) {
      const owner = this.choices.of(this.subgraphs.filter(({ entities }) => entities.has(entity.name)))!;
      const abstract = this.choices.of(owner.abstracts);
      const to = this.choices.of([...owner.entities.keys()])!;
      const target = name === 'any' && abstract ? abstract : { name: to, members: [to] };
      this.addField(entity, {
        name,
        kind: this.chance(2) ? 'entity' : 'list',
        type: target.name,
        members: target.members,
        takesArgument: false,
        requires: [],
      });
      owner.entities.get(entity.name)!.fields.set(name, owned(false));
      const others = this.subgraphs.filter(
        ({ entities }) => entities.has(entity.name) && entities.has(target.name),
      );
      if (target.members[0] === target.name && this.chance(3))
        for (const { entities } of [owner, ...others])
          entities.get(entity.name)!.fields.set(name, owned(true));
    }
  }

  private addOverride(entity: Entity): void {
    if (this.chance(2)) return;
    const field = this.choices.of(['text0', 'text1', 'one'])!;
    const owners = this.subgraphs.filter(({ entities }) => entities.get(entity.name)?.fields.has(field));
    const overriding = this.subgraphs.filter(
      ({ entities }) =>
        entities.has(entity.name) &&
        !entities.get(entity.name)!.fields.has(field) &&
        this.defines(entities, entity.fields.get(field)!),
    );
    const newOwner = this.choices.of(overriding);
    const [before] = owners;
    if (!newOwner || !before || owners.length > 1) return;
    before.entities.get(entity.name)!.fields.set(field, { ownership: 'overridden', directives: '' });
    newOwner.entities
      .get(entity.name)!
      .fields.set(field, { ownership: 'owned', directives: `@override(from: "${before.name}")` });
  }

  private defines(entities: ReadonlyMap<string, EntityPart>, { kind, type }: Field): boolean {
    return kind === 'text' || entities.has(type);
  }

  /** Adds `@requires` to the field `label`, which an interface may have. */
  private addRequiringLabel(entity: Entity): void {
    const owners = this.partsOf(entity).filter(({ fields }) => fields.has('label'));
    const [part] = owners;
    const label = entity.fields.get('label')!;
    if (!part || owners.length > 1 || entity.fields.get('text2')!.takesArgument || !this.chance(3)) return;
    if (!this.external(part, 'text2')) return;
    entity.fields.set('label', { ...label, requires: [{ field: 'text2' }] });
    part.fields.set('label', { ownership: 'owned', directives: '@requires(fields: "text2")' });
  }

  /** Adds `@provides` of a text to a field. */
  private addProvided(entity: Entity): void {
    for (const { entities } of this.subgraphs) {
      const field = this.choices.of(['one', 'many'])!;
      const part = entities.get(entity.name)?.fields.get(field);
      const target = entities.get(entity.fields.get(field)!.type);
      const text = this.choices.of(['text1', 'text2', 'label'])!;
      if (part?.ownership !== 'owned' || !target || !this.chance(2)) continue;
      const { takesArgument, requires } = target.entity.fields.get(text)!;
      if (target.fields.has(text) || takesArgument || requires.length > 0) continue;
      target.fields.set(text, EXTERNAL);
      const directives = `${part.directives} @provides(fields: "${text}")`;
      entities.get(entity.name)!.fields.set(field, { ownership: 'owned', directives });
      this.makeShareable(target.entity, text);
    }
  }

  private makeShareable(entity: Entity, field: string): void {
    for (const { fields } of this.partsOf(entity)) {
      const part = fields.get(field);
      if (part?.ownership === 'owned' && !part.directives.includes('@shareable'))
        fields.set(field, { ...part, directives: `${part.directives} @shareable` });
    }
  }

  private addRequiring(entity: Entity, name: string): void {
    const subgraph = this.choices.of(this.subgraphs.filter(({ entities }) => entities.has(entity.name)))!;
    const part = subgraph.entities.get(entity.name)!;
    const requires = this.some(['text0', 'text1', 'text2', 'made', 'one', 'many'])
      .slice(0, 1 + this.choices.next(2))
      .flatMap((field) => this.requirement(subgraph, part, field) ?? []);
    if (requires.length === 0) return;
    this.addField(entity, {
      name,
      kind: 'text',
      type: 'String',
      members: [],
      takesArgument: false,
      requires,
    });
    const required = requires.map(requirementSdl).join(' ');
    part.fields.set(name, {
      ownership: 'owned',
      directives: `@requires(fields: "${required.replaceAll('"', '\\"')}")`,
    });
  }

  private requirement(subgraph: RandomSubgraph, part: EntityPart, name: string): RequiredField | undefined {
    const field = part.entity.fields.get(name);
    if (!field) return undefined;
    if (field.kind !== 'text') return this.nestedRequirement(subgraph, part, field);
    if (!this.external(part, name)) return undefined;
    return { field: name, with: field.takesArgument && this.chance(2) ? 'it' : undefined };
  }

  private nestedRequirement(
    { entities }: RandomSubgraph,
    { fields }: EntityPart,
    { name, type }: Field,
  ): RequiredField | undefined {
    const target = entities.get(type);
    const nested = this.choices.of(['label', 'text0', 'text1'])!;
    if (!target || target.entity.fields.get(nested)!.takesArgument) return undefined;
    const ownership = fields.get(name)?.ownership;
    if (ownership === 'overridden' || !this.external(target, nested)) return undefined;
    if (ownership === undefined) fields.set(name, EXTERNAL);
    return { field: name, nested };
  }

  /** Adds an external field unless the subgraph defines it; returns whether it is external. */
  private external({ fields }: EntityPart, name: string): boolean {
    const ownership = fields.get(name)?.ownership;
    if (ownership === undefined) fields.set(name, EXTERNAL);
    return ownership === undefined || ownership === 'external';
  }

  /** Adds a subgraph with an interface object, if one subgraph defines all implementations of the interface. */
  private addInterfaceObject(): void {
    const implementing = [...this.entities.keys()].filter((name) =>
      this.partsOf(this.entities.get(name)!).some(({ interfaces }) => interfaces.includes('Named')),
    );
    const owner = this.subgraphs.find(({ abstracts, entities }) =>
      abstracts.some(
        ({ name, members, fields }) =>
          name === 'Named' &&
          fields?.includes('id') &&
          implementing.every((type) => members.includes(type)) &&
          members.every((member) =>
            entities.get(member)!.keys.some(({ fields: key, resolvable }) => key === 'id' && resolvable),
          ),
      ),
    );
    if (!owner || this.chance(3)) return;
    const at = owner.abstracts.findIndex(({ name }) => name === 'Named');
    owner.abstracts[at] = { ...owner.abstracts[at]!, key: true };
    const fields = new Map<string, Part>([
      ['id', { ownership: 'owned', directives: '' }],
      ['extra', owned(false)],
    ]);
    const text = { kind: 'text' as const, type: 'String', members: [], takesArgument: false };
    const requires =
      owner.abstracts[at]!.fields!.includes('label') && this.chance(2) ? [{ field: 'label' }] : [];
    for (const name of this.entities.keys()) {
      const entity = this.entities.get(name)!;
      this.addField(entity, { ...text, name: 'extra', requires: [] });
      if (requires.length > 0) this.addField(entity, { ...text, name: 'loud', requires });
    }
    if (requires.length > 0) {
      fields.set('label', { ownership: 'external', directives: '@external' });
      fields.set('loud', { ownership: 'owned', directives: '@requires(fields: "label")' });
    }
    for (const entity of this.entities.values()) this.addRequiringObject(entity);
    this.subgraphs.push({
      name: `s${this.subgraphs.length}`,
      entities: new Map(),
      abstracts: [],
      roots: new Map([
        ['objects', { name: 'objects', type: 'Named', members: implementing, shareable: false }],
      ]),
      interfaceObject: { name: 'Named', fields },
    });
  }

  /** Adds a field that requires a field of the interface object. */
  private addRequiringObject(entity: Entity): void {
    const part = this.choices.of(this.partsOf(entity));
    const names = ['extra', 'loud'].filter((name) => entity.fields.has(name));
    const field = this.choices.of(names);
    if (!part || field === undefined || !this.chance(2) || !this.external(part, field)) return;
    const text = { kind: 'text' as const, type: 'String', members: [], takesArgument: false };
    this.addField(entity, { ...text, name: 'after', requires: [{ field }] });
    part.fields.set('after', { ownership: 'owned', directives: `@requires(fields: "${field}")` });
  }

  private addRoots(): void {
    for (const { name, entities, abstracts, roots } of this.subgraphs) {
      for (const type of entities.keys()) {
        if (this.chance(3)) continue;
        roots.set(`${name}${type}`, { name: `${name}${type}`, type, members: [type], shareable: false });
      }
      for (const { name: type, members } of abstracts)
        roots.set(`${name}${type}`, { name: `${name}${type}`, type, members, shareable: false });
    }
    for (const type of this.names) {
      const sharing = this.subgraphs.filter(({ entities }) => entities.has(type));
      for (const { roots } of sharing)
        roots.set(`all${type}`, { name: `all${type}`, type, members: [type], shareable: true });
    }
  }
}

function owned(shared: boolean): Part {
  return { ownership: 'owned', directives: shared ? '@shareable' : '' };
}

function requirementSdl({ field, with: argument, nested }: RequiredField): string {
  const selection = argument === undefined ? field : `${field}(with: "${argument}")`;
  return nested === undefined ? selection : `${selection} { ${nested} }`;
}
