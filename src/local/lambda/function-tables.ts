/** A version of a function as it is stored. */
export interface FunctionRow {
  name: string;
  version: string;
  settings: string;
  sha: string;
  size: number;
  modified: number;
  description: string;
}

/** Tables of functions, their code, aliases and tags. */
export const functionTables = `
  create table if not exists lambda_code (sha text primary key, zip blob not null);
  create table if not exists lambda_functions (
    name text not null, version text not null, settings text not null, sha text not null, size integer not null,
    modified integer not null, description text not null, primary key (name, version)) without rowid;
  create table if not exists lambda_aliases (
    name text not null, alias text not null, version text not null, primary key (name, alias)) without rowid;
  create table if not exists lambda_alias_descriptions (
    name text not null, alias text not null, description text not null, primary key (name, alias)) without rowid;
  create table if not exists lambda_alias_weights (
    name text not null, alias text not null, version text not null, weight real not null, primary key (name, alias)) without rowid;
  create table if not exists lambda_tags (
    name text not null, key text not null, value text not null, primary key (name, key)) without rowid;
  create table if not exists lambda_deleting (name text primary key) without rowid;
`;
