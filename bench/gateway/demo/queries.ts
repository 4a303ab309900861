import type { BenchQuery } from '../queries.js';

/** Users, their reviews, the reviewed products, other reviews of those: few entities that are repeated often. */
const DEEP = `query UsersReviewsProducts {
  users { ...User reviews { ...Review product { ...Product reviews { ...Review author { ...User reviews { ...Review product { ...Product } } } } } } }
  topProducts { ...Product reviews { ...Review author { ...User reviews { ...Review product { ...Product } } } } }
}
fragment User on User { id username name }
fragment Review on Review { id body }
fragment Product on Product { upc name price weight inStock shippingEstimate }`;

const ONE_USER = `query OneUser($id: ID!) { user(id: $id) { id name username } }`;

/** Three levels over four subgraphs, as the platform's query ThreeLevel, but with data in memory. */
const USERS_AND_REVIEWS = `query UsersAndReviews {
  users { id name username reviews { id body product { upc name price inStock } } }
}`;

/** The requests to the demo's graph. */
export function demoQueries(): BenchQuery[] {
  return [
    {
      name: 'UsersReviewsProducts',
      title: 'users, reviews and products of the federation demo, entities repeated at depth',
      query: DEEP,
      variables: {},
    },
    {
      name: 'UsersAndReviews',
      title: 'three levels over the four subgraphs of the federation demo',
      query: USERS_AND_REVIEWS,
      variables: {},
    },
    {
      name: 'OneUser',
      title: 'one user of the federation demo',
      query: ONE_USER,
      variables: { id: '1' },
    },
  ];
}

/** Three levels over four subgraphs; each index gives another document. */
export function newDemoOperation(index: number): BenchQuery {
  const name = `Cold${index + 1}`;
  const query = `query ${name} {
    users { id n${index + 1}: name reviews { id body product { upc name price inStock shippingEstimate
      reviews { id author { id name username numberOfReviews } } } } }
    topProducts(limit: 3) { upc p${index + 1}: name inStock reviews { body author { name } } }
  }`;
  return { name, query, title: 'a new operation', variables: {} };
}
