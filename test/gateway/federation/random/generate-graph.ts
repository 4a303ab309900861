import type { Choices } from '../../fixtures/fuzz.js';
import type { Entity, EntityPart, Field, Need, Part, RandomGraph, RandomSubgraph } from './graph.js';

const EXTERNAL: Part = { how: 'external', directives: '@external' };
const KEYS = ['id', 'id', 'code', 'id code', 'spot { x }'];

/** Draws a graph: what its types are, and who has what of them. Not all that is drawn can be composed. */
export function drawGraph(choices: Choices): RandomGraph {
  return new Drawing(choices).graph();
}

class Drawing {
  private readonly entities = new Map<string, Entity>();
  private readonly subgraphs: RandomSubgraph[];
  private readonly names = ['T0', 'T1', 'T2'];
  /** The subgraph that has the interface of an interface object, in graphs that are to have one. */
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
    for (const entity of this.entities.values()) this.share(entity);
    for (const entity of this.entities.values()) this.drawTexts(entity);
    this.drawAbstracts();
    for (const entity of this.entities.values()) this.drawReferences(entity);
    for (const entity of this.entities.values()) this.drawOverride(entity);
    for (const entity of this.entities.values()) this.drawRequiringLabel(entity);
    for (const entity of this.entities.values()) this.drawProvided(entity);
    for (const entity of this.entities.values())
      for (const name of ['made', 'remade']) this.drawRequiring(entity, name);
    this.drawInterfaceObject();
    this.drawRoots();
    return { entities: this.entities, subgraphs: this.subgraphs };
  }

  private chance(of: number): boolean {
    return this.choices.next(of) === 0;
  }

  /** Some of them, at least one, in their order. */
  private some<T>(all: readonly T[], least = 1): T[] {
    const from = this.choices.next(all.length);
    const count = Math.min(all.length, least + this.choices.next(all.length));
    const rotated = [...all.slice(from), ...all.slice(0, from)].slice(0, count);
    return all.filter((one) => rotated.includes(one));
  }

  /** Gives some subgraphs the entity, each with keys of its own. */
  private share(entity: Entity): void {
    const sharing = new Set(this.some(this.subgraphs, 2));
    if (this.owner) sharing.add(this.owner);
    for (const subgraph of sharing) {
      const drawn = [this.choices.of(KEYS)!, subgraph === this.owner ? 'id' : this.choices.of(KEYS)!];
      const keys = [...new Set(drawn)].map((fields) => ({
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
      for (const name of named) fields.set(name, { how: 'owned', directives: '@shareable' });
      subgraph.entities.set(entity.name, { entity, keys, interfaces: [], fields });
    }
  }

  private partsOf({ name }: Entity): EntityPart[] {
    return this.subgraphs.flatMap(({ entities }) => entities.get(name) ?? []);
  }

  private drawTexts(entity: Entity): void {
    for (const name of ['label', 'text0', 'text1', 'text2']) {
      const takesArgument = name !== 'label' && this.chance(3);
      this.add(entity, { name, kind: 'text', type: 'String', members: [], takesArgument, needs: [] });
      const owners = this.some(this.partsOf(entity)).slice(0, 1 + this.choices.next(2));
      const own = this.owner?.entities.get(entity.name);
      if (name === 'label' && own && !owners.includes(own)) owners.push(own);
      for (const { fields } of owners) fields.set(name, owned(owners.length > 1));
    }
  }

  private add(entity: Entity, field: Field): Field {
    entity.fields.set(field.name, field);
    return field;
  }

  private drawAbstracts(): void {
    for (const subgraph of this.subgraphs) {
      const { abstracts, entities } = subgraph;
      const parts = [...entities.values()];
      if (parts.length === 0) continue;
      if (subgraph === this.owner || !this.chance(3)) {
        const members = subgraph === this.owner ? parts : this.some(parts);
        const fields = ['id', 'label'].filter((name) =>
          members.every((member) => member.fields.get(name)?.how === 'owned'),
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

  private drawReferences(entity: Entity): void {
    for (const name of ['one', 'many', 'any']) {
      const owner = this.choices.of(this.subgraphs.filter(({ entities }) => entities.has(entity.name)))!;
      const abstract = this.choices.of(owner.abstracts);
      const to = this.choices.of([...owner.entities.keys()])!;
      const target = name === 'any' && abstract ? abstract : { name: to, members: [to] };
      this.add(entity, {
        name,
        kind: this.chance(2) ? 'entity' : 'list',
        type: target.name,
        members: target.members,
        takesArgument: false,
        needs: [],
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

  private drawOverride(entity: Entity): void {
    if (this.chance(2)) return;
    const field = this.choices.of(['text0', 'text1', 'one'])!;
    const having = this.subgraphs.filter(({ entities }) => entities.get(entity.name)?.fields.has(field));
    const heirs = this.subgraphs.filter(
      ({ entities }) =>
        entities.has(entity.name) &&
        !entities.get(entity.name)!.fields.has(field) &&
        this.knows(entities, entity.fields.get(field)!),
    );
    const heir = this.choices.of(heirs);
    const [before] = having;
    if (!heir || !before || having.length > 1) return;
    before.entities.get(entity.name)!.fields.set(field, { how: 'overridden', directives: '' });
    heir.entities
      .get(entity.name)!
      .fields.set(field, { how: 'owned', directives: `@override(from: "${before.name}")` });
  }

  private knows(entities: ReadonlyMap<string, EntityPart>, { kind, type }: Field): boolean {
    return kind === 'text' || entities.has(type);
  }

  /** Lets the label, which an interface may have, be made of something else. */
  private drawRequiringLabel(entity: Entity): void {
    const having = this.partsOf(entity).filter(({ fields }) => fields.has('label'));
    const [part] = having;
    const label = entity.fields.get('label')!;
    if (!part || having.length > 1 || entity.fields.get('text2')!.takesArgument || !this.chance(3)) return;
    if (!this.external(part, 'text2')) return;
    entity.fields.set('label', { ...label, needs: [{ field: 'text2' }] });
    part.fields.set('label', { how: 'owned', directives: '@requires(fields: "text2")' });
  }

  /** Lets a field provide a text of what it returns. */
  private drawProvided(entity: Entity): void {
    for (const { entities } of this.subgraphs) {
      const field = this.choices.of(['one', 'many'])!;
      const part = entities.get(entity.name)?.fields.get(field);
      const target = entities.get(entity.fields.get(field)!.type);
      const text = this.choices.of(['text1', 'text2', 'label'])!;
      if (part?.how !== 'owned' || !target || !this.chance(2)) continue;
      const { takesArgument, needs } = target.entity.fields.get(text)!;
      if (target.fields.has(text) || takesArgument || needs.length > 0) continue;
      target.fields.set(text, EXTERNAL);
      const directives = `${part.directives} @provides(fields: "${text}")`;
      entities.get(entity.name)!.fields.set(field, { how: 'owned', directives });
      this.makeShareable(target.entity, text);
    }
  }

  private makeShareable(entity: Entity, field: string): void {
    for (const { fields } of this.partsOf(entity)) {
      const part = fields.get(field);
      if (part?.how === 'owned' && !part.directives.includes('@shareable'))
        fields.set(field, { ...part, directives: `${part.directives} @shareable` });
    }
  }

  private drawRequiring(entity: Entity, name: string): void {
    const subgraph = this.choices.of(this.subgraphs.filter(({ entities }) => entities.has(entity.name)))!;
    const part = subgraph.entities.get(entity.name)!;
    const needs = this.some(['text0', 'text1', 'text2', 'made', 'one', 'many'])
      .slice(0, 1 + this.choices.next(2))
      .flatMap((needed) => this.need(subgraph, part, needed) ?? []);
    if (needs.length === 0) return;
    this.add(entity, { name, kind: 'text', type: 'String', members: [], takesArgument: false, needs });
    const required = needs.map((need) => needSdl(need)).join(' ');
    part.fields.set(name, {
      how: 'owned',
      directives: `@requires(fields: "${required.replaceAll('"', '\\"')}")`,
    });
  }

  private need(subgraph: RandomSubgraph, part: EntityPart, name: string): Need | undefined {
    const field = part.entity.fields.get(name);
    if (!field) return undefined;
    if (field.kind !== 'text') return this.needBelow(subgraph, part, field);
    if (!this.external(part, name)) return undefined;
    return { field: name, with: field.takesArgument && this.chance(2) ? 'it' : undefined };
  }

  private needBelow(
    { entities }: RandomSubgraph,
    { fields }: EntityPart,
    { name, type }: Field,
  ): Need | undefined {
    const target = entities.get(type);
    const below = this.choices.of(['label', 'text0', 'text1'])!;
    if (!target || target.entity.fields.get(below)!.takesArgument) return undefined;
    const had = fields.get(name)?.how;
    if (had === 'overridden' || !this.external(target, below)) return undefined;
    if (had === undefined) fields.set(name, EXTERNAL);
    return { field: name, below };
  }

  /** Whether the field is, or now is, external in the subgraph. */
  private external({ fields }: EntityPart, name: string): boolean {
    const had = fields.get(name)?.how;
    if (had === undefined) fields.set(name, EXTERNAL);
    return had === undefined || had === 'external';
  }

  /** Adds a subgraph that knows the interface as an object, when one has everything that implements it. */
  private drawInterfaceObject(): void {
    const implementing = [...this.entities.keys()].filter((name) =>
      this.partsOf(this.entities.get(name)!).some(({ interfaces }) => interfaces.includes('Named')),
    );
    const owner = this.subgraphs.find(({ abstracts, entities }) =>
      abstracts.some(
        ({ name, members, fields }) =>
          name === 'Named' &&
          fields?.includes('id') &&
          implementing.every((one) => members.includes(one)) &&
          members.every((member) =>
            entities.get(member)!.keys.some(({ fields: key, resolvable }) => key === 'id' && resolvable),
          ),
      ),
    );
    if (!owner || this.chance(3)) return;
    const at = owner.abstracts.findIndex(({ name }) => name === 'Named');
    owner.abstracts[at] = { ...owner.abstracts[at]!, key: true };
    const fields = new Map<string, Part>([
      ['id', { how: 'owned', directives: '' }],
      ['extra', owned(false)],
    ]);
    const text = { kind: 'text' as const, type: 'String', members: [], takesArgument: false };
    const needs =
      owner.abstracts[at]!.fields!.includes('label') && this.chance(2) ? [{ field: 'label' }] : [];
    for (const name of this.entities.keys()) {
      const entity = this.entities.get(name)!;
      this.add(entity, { ...text, name: 'extra', needs: [] });
      if (needs.length > 0) this.add(entity, { ...text, name: 'loud', needs });
    }
    if (needs.length > 0) {
      fields.set('label', { how: 'external', directives: '@external' });
      fields.set('loud', { how: 'owned', directives: '@requires(fields: "label")' });
    }
    for (const entity of this.entities.values()) this.drawRequiringObject(entity);
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

  /** Lets a field be made of one that only the interface object has. */
  private drawRequiringObject(entity: Entity): void {
    const part = this.choices.of(this.partsOf(entity));
    const needed = ['extra', 'loud'].filter((name) => entity.fields.has(name));
    const field = this.choices.of(needed);
    if (!part || field === undefined || !this.chance(2) || !this.external(part, field)) return;
    const text = { kind: 'text' as const, type: 'String', members: [], takesArgument: false };
    this.add(entity, { ...text, name: 'after', needs: [{ field }] });
    part.fields.set('after', { how: 'owned', directives: `@requires(fields: "${field}")` });
  }

  private drawRoots(): void {
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
  return { how: 'owned', directives: shared ? '@shareable' : '' };
}

function needSdl({ field, with: argument, below }: Need): string {
  const given = argument === undefined ? field : `${field}(with: "${argument}")`;
  return below === undefined ? given : `${given} { ${below} }`;
}
