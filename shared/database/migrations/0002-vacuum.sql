-- A day that is pruned is a 45th of the table by default, and far less where more is kept. PostgreSQL would clean up behind
-- it only when a fifth of the table is dead, and the table would grow by that fifth; at a hundredth it does so each day.
alter table observations set (autovacuum_vacuum_scale_factor = 0.01);
