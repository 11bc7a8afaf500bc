-- What a key made, in its order. IF NOT EXISTS: building an index in a transaction keeps writers of a large table waiting. Where
-- posts or comments are many, build these before with CREATE INDEX CONCURRENTLY (src/OPERATIONS.md); the migration then finds them.
CREATE INDEX IF NOT EXISTS "comments_api_key_id_id_index" ON "comments" USING btree ("api_key_id","id") WHERE "comments"."api_key_id" IS NOT NULL;--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "jesclip_comments_api_key_id_id_index" ON "jesclip_comments" USING btree ("api_key_id","id") WHERE "jesclip_comments"."api_key_id" IS NOT NULL;--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "jesclips_api_key_id_id_index" ON "jesclips" USING btree ("api_key_id","id") WHERE "jesclips"."api_key_id" IS NOT NULL;--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "posts_api_key_id_id_index" ON "posts" USING btree ("api_key_id","id") WHERE "posts"."api_key_id" IS NOT NULL;--> statement-breakpoint
DROP INDEX "comments_api_key_id_index";--> statement-breakpoint
DROP INDEX "jesclip_comments_api_key_id_index";--> statement-breakpoint
DROP INDEX "jesclips_api_key_id_index";--> statement-breakpoint
DROP INDEX "posts_api_key_id_index";