import pg from 'pg';

// Setup of the project `unit`: its tests connect to no database.
pg.Client.prototype.connect = () => {
  throw new Error('a test that connects to a database belongs in a file *.component.test.ts');
};
