CREATE TABLE "retired_usernames" (
	"username" text PRIMARY KEY NOT NULL,
	"free_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "mailed_links" (
	"hash" text PRIMARY KEY NOT NULL,
	"account_id" text NOT NULL,
	"purpose" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"used_at" timestamp (3) with time zone,
	"used_by" text,
	CONSTRAINT "mailed_links_purpose_known" CHECK ("mailed_links"."purpose" IN ('verification', 'reset'))
);
--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "deletion_requested_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "deleted_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "purged_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "last_seen_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "reauthenticated_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "mailed_links" ADD CONSTRAINT "mailed_links_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "retired_usernames_free_at_index" ON "retired_usernames" USING btree ("free_at");--> statement-breakpoint
CREATE INDEX "mailed_links_account_id_index" ON "mailed_links" USING btree ("account_id");--> statement-breakpoint
CREATE INDEX "mailed_links_expires_at_index" ON "mailed_links" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "accounts_deletion_requested_at_index" ON "accounts" USING btree ("deletion_requested_at") WHERE "accounts"."deletion_requested_at" IS NOT NULL AND "accounts"."purged_at" IS NULL;--> statement-breakpoint
CREATE INDEX "comments_author_id_index" ON "comments" USING btree ("author_id","id");--> statement-breakpoint
CREATE INDEX "jesclip_comments_author_id_index" ON "jesclip_comments" USING btree ("author_id","id");--> statement-breakpoint
CREATE INDEX "poll_votes_account_id_index" ON "poll_votes" USING btree ("account_id");