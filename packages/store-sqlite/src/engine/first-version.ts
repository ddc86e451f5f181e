import { randomUUID } from 'node:crypto'
import type { Database } from './database.ts'

/** Words come split from the parser: only white space separates them. */
export const createWords = `create virtual table chunk_words using fts5(
  terms, content='', contentless_delete=1,
  tokenize="ascii tokenchars '!""#$%&''()*+,-./:;<=>?@[\\]^_{|}~\`'"
);`

/** The first version of the schema. */
export function createFirstVersion(database: Database): void {
  database.exec(`
    create table meta (key text primary key, value text not null) without rowid;
    -- Strings that stand in many rows (file versions, edge sets, languages) are stored once.
    create table names (id integer primary key, name text not null unique);
    create table repositories (id integer primary key, name text not null unique);

    create table tasks (
      id integer primary key,
      task_id text not null unique,
      repository text not null,
      status text not null,
      is_ended integer not null,
      ended_at integer,
      seq integer not null,
      embedded_chunks integer not null,
      embedding_errors integer not null,
      processed_files integer not null,
      generated_chunks integer not null,
      seconds real not null,
      files_per_second real not null,
      chunks_per_second real not null,
      snapshot text not null
    );
    create index tasks_by_repository on tasks (repository, id);
    create index tasks_unfinished on tasks (id) where is_ended = 0;
    create index tasks_by_end on tasks (ended_at, id, status, repository) where ended_at is not null;
    -- Sums and lists need not read the snapshots, which are long.
    create index tasks_by_figures on tasks (
      status, repository, id, processed_files, generated_chunks, seconds, files_per_second, chunks_per_second
    );
    -- In the order they were stored, over all tasks; an id never comes again.
    create table events (
      id integer primary key autoincrement,
      task integer not null,
      seq integer not null,
      at integer not null,
      type text not null,
      level integer,
      stage text,
      path text,
      data text not null
    );
    create unique index events_by_task on events (task, seq);
    create table stage_runs (
      id integer primary key,
      task integer not null,
      repository integer not null,
      stage text not null,
      seconds real not null,
      items integer not null,
      is_success integer not null
    );
    create index stage_runs_by_seconds on stage_runs (stage, is_success, seconds, repository);
    create index stage_runs_by_repository on stage_runs (repository, stage);
    create index stage_runs_by_task on stage_runs (task);
    create table file_records (
      repository integer not null,
      path text not null,
      task integer not null,
      seq integer not null,
      primary key (repository, path)
    ) without rowid;
    create index file_records_by_task on file_records (task, seq);

    create table plans (id integer primary key, run_id text not null unique, repository integer not null);
    create index plans_by_repository on plans (repository);
    create table plan_files (
      plan integer not null,
      path text not null,
      action text not null,
      version integer,
      language text,
      size integer,
      content_hash text,
      reason text,
      detail text,
      primary key (plan, path)
    ) without rowid;
    create index plan_files_by_version on plan_files (version) where version is not null;

    create table spool_files (
      version integer primary key,
      repository integer not null,
      first_chunk integer not null,
      chunk_count integer not null,
      path text not null,
      language text not null,
      syntax_errors integer not null,
      surface text not null,
      uses text not null
    );
    create index spool_files_by_repository on spool_files (repository, version);
    -- Says which file a chunk is of without reading the chunk.
    create index spool_files_by_chunk on spool_files (first_chunk) where chunk_count > 0;
    create table chunks (
      id integer primary key,
      version integer not null,
      ordinal integer not null,
      symbol_kind text,
      start_line integer not null,
      end_line integer not null,
      text_hash blob not null,
      characters integer not null,
      symbol_path text,
      context text not null,
      text text not null
    );
    ${createWords}

    create table ledger_repositories (repository integer primary key, data text not null);
    create table ledger_files (
      repository integer not null,
      path text not null,
      version integer not null,
      edge_set integer not null,
      language text not null,
      size integer not null,
      content_hash text not null,
      chunk_count integer not null,
      failed_chunks text,
      node_count integer not null,
      symbol_count integer not null,
      edge_set_nodes integer not null,
      edge_set_edges integer not null,
      syntax_errors integer not null,
      primary key (repository, path)
    ) without rowid;
    create index ledger_files_by_version on ledger_files (version);
    create index ledger_files_by_edge_set on ledger_files (edge_set);
    create table staged_files (
      run_id text not null,
      path text not null,
      version integer not null,
      edge_set integer not null,
      language text not null,
      size integer not null,
      content_hash text not null,
      chunk_count integer not null,
      failed_chunks text,
      node_count integer not null,
      symbol_count integer not null,
      edge_set_nodes integer not null,
      edge_set_edges integer not null,
      syntax_errors integer not null,
      primary key (run_id, path)
    ) without rowid;
    create table garbage_versions (
      repository integer not null,
      version integer not null,
      fingerprint text not null,
      dimensions integer not null,
      chunk_count integer not null,
      primary key (repository, version, fingerprint)
    ) without rowid;
    create table garbage_edge_sets (
      repository integer not null,
      edge_set integer not null,
      primary key (repository, edge_set)
    ) without rowid;

    create table spaces (
      id integer primary key,
      fingerprint text not null unique,
      dimensions integer not null
    );
    create table embedding_cache (
      id integer primary key,
      space integer not null,
      text_hash blob not null,
      vector blob not null
    );
    create unique index embedding_cache_by_hash on embedding_cache (space, text_hash);

    -- A vector is that of a row of the cache, or the row's own.
    create table vectors (row integer primary key, id text not null, cached integer, vector blob);
    create table vector_ids (
      space integer not null,
      id text not null,
      repository integer not null,
      row integer not null,
      primary key (space, id)
    ) without rowid;
    create table vector_blocks (
      id integer primary key autoincrement,
      space integer not null,
      repository integer not null,
      live integer not null,
      changes integer not null,
      facts blob not null,
      factors blob not null,
      codes blob not null
    );
    create index vector_blocks_by_space on vector_blocks (repository, space, live);

    create table graph_ids (id integer primary key, name text not null unique);
    create table graph_owners (
      id integer primary key,
      repository integer not null,
      owner text not null,
      unique (repository, owner)
    );
    create table graph_nodes (
      owner integer not null,
      node integer not null,
      kind text not null,
      name text not null,
      path text,
      symbol_path text,
      symbol_kind text,
      start_line integer,
      end_line integer,
      primary key (owner, node)
    ) without rowid;
    create index graph_nodes_by_node on graph_nodes (node);
    create table graph_edges (
      owner integer not null,
      type text not null,
      source integer not null,
      target integer not null,
      resolution text not null,
      line integer,
      primary key (owner, type, source, target)
    ) without rowid;
    create index graph_edges_by_source on graph_edges (source);
    create index graph_edges_by_target on graph_edges (target);
  `)
  database.prepare("insert into meta values ('epoch', ?)").run(randomUUID())
}
