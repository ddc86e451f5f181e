import type { Database } from './database.ts'

/** What retention goes by: how much of the log each task is, and which texts files no longer have. */
export function addRetention(database: Database): void {
  database.exec(`
    alter table tasks add column log_bytes integer not null default 0;
    update tasks set log_bytes = (select ifnull(sum(length(data)), 0) from events where task = tasks.id);
    create index tasks_by_retention on tasks (repository, ended_at, log_bytes) where ended_at is not null;

    -- Cached texts that a file had, in the order in which the last one lost them; they may still stand in
    -- another file until they are known to be spare.
    create table left_texts (
      id integer primary key autoincrement,
      text_hash blob not null unique,
      bytes integer not null,
      is_spare integer not null
    );
    create index left_texts_spare on left_texts (id) where is_spare = 1;
  `)
}
