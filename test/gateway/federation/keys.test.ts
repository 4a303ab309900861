import { federation, finder, subgraph } from './kit.js';

const parcels = [{ id: '1', code: 'c.1', stamp: { one: '1.1', two: '1.2', three: '1.3' }, name: 'parcel 1' }];
const STAMP = 'type Stamp { one: ID! two: ID! three: ID! }';

federation(
  'overlapping keys',
  [
    subgraph(
      'names',
      `type Parcel @key(fields: "id", resolvable: true) @key(fields: "code", resolvable: false)
         @key(fields: "stamp { one two }", resolvable: false) @key(fields: "id stamp { two three }", resolvable: false)
         { id: ID! code: ID! stamp: Stamp! name: String! } ${STAMP}`,
      { Parcel: { __resolveReference: finder(parcels, 'id') } },
    ),
    subgraph(
      'depot',
      `type Query { depot: Depot }
       type Depot @key(fields: "id") { id: ID! parcels: [Parcel!]! }
       type Parcel @key(fields: "stamp { one two }", resolvable: false) @key(fields: "id stamp { two three }", resolvable: true)
         @key(fields: "code", resolvable: false) @key(fields: "id", resolvable: false)
         { id: ID! code: ID! stamp: Stamp! name: String! @external label: String! @requires(fields: "name") } ${STAMP}`,
      {
        Query: { depot: () => ({ id: '100' }) },
        Depot: { parcels: () => parcels.map(({ name: _, ...parcel }) => parcel) },
        Parcel: {
          __resolveReference: (reference: { id: string; stamp: { two: string; three: string } }) =>
            parcels.some(({ id, stamp }) => id === reference.id && stamp.three === reference.stamp.three)
              ? reference
              : null,
          label: ({ name }: { name?: string }) => {
            if (!name) throw new Error('no name was given');
            return `label of ${name}`;
          },
        },
      },
    ),
  ],
  [
    {
      title:
        'resolves a field by one of several overlapping keys after fetching its required field by another',
      query: '{ depot { id parcels { id name label } } }',
      data: { depot: { id: '100', parcels: [{ id: '1', name: 'parcel 1', label: 'label of parcel 1' }] } },
    },
  ],
);
