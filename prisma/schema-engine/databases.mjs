import pg from 'pg';

/**
 * @param {import('pg').ClientConfig} connection
 * @throws the error of node-postgres where there is no connection
 */
export async function canConnect(connection) {
  await query(connection, 'SELECT 1');
}

/**
 * Makes the connection's database.
 *
 * @param {import('pg').ClientConfig} connection
 * @returns {Promise<string>} its name
 */
export async function createDatabase(connection) {
  const { database } = connection;
  await query(
    { ...connection, database: 'postgres' },
    `CREATE DATABASE ${pg.escapeIdentifier(database)}`,
  );
  return database;
}

async function query(connection, statement) {
  const client = new pg.Client(connection);
  try {
    await client.connect();
    await client.query(statement);
  } finally {
    await client.end();
  }
}
