CREATE TABLE "jesclip_comments" (
	"id" text PRIMARY KEY NOT NULL,
	"author_id" text NOT NULL,
	"jesclip_id" text NOT NULL,
	"content" text NOT NULL,
	"parent_id" text,
	"api_key_id" text,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "jesclips" (
	"id" text PRIMARY KEY NOT NULL,
	"author_id" text NOT NULL,
	"caption" text NOT NULL,
	"visibility" text NOT NULL,
	"api_key_id" text,
	"hashtags" text[] DEFAULT '{}' NOT NULL,
	"mention_ids" text[] DEFAULT '{}' NOT NULL,
	"comment_count" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"edited_at" timestamp (3) with time zone,
	CONSTRAINT "jesclips_visibility_known" CHECK ("jesclips"."visibility" IN ('PUBLIC', 'FOLLOWERS', 'PRIVATE'))
);
--> statement-breakpoint
CREATE TABLE "media" (
	"id" text PRIMARY KEY NOT NULL,
	"post_id" text,
	"jesclip_id" text,
	"position" smallint NOT NULL,
	"object" text NOT NULL,
	"mime_type" text NOT NULL,
	"width" integer,
	"height" integer,
	"duration_ms" integer,
	"size" integer NOT NULL,
	CONSTRAINT "media_of_one" CHECK (num_nonnulls("media"."post_id", "media"."jesclip_id") = 1)
);
--> statement-breakpoint
CREATE TABLE "sweep_positions" (
	"task" text PRIMARY KEY NOT NULL,
	"position" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "outbox_events" DROP CONSTRAINT "outbox_events_event_known";--> statement-breakpoint
ALTER TABLE "jesclip_comments" ADD CONSTRAINT "jesclip_comments_author_id_accounts_id_fk" FOREIGN KEY ("author_id") REFERENCES "public"."accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "jesclip_comments" ADD CONSTRAINT "jesclip_comments_jesclip_id_jesclips_id_fk" FOREIGN KEY ("jesclip_id") REFERENCES "public"."jesclips"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "jesclip_comments" ADD CONSTRAINT "jesclip_comments_parent_id_jesclip_comments_id_fk" FOREIGN KEY ("parent_id") REFERENCES "public"."jesclip_comments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "jesclip_comments" ADD CONSTRAINT "jesclip_comments_api_key_id_api_keys_id_fk" FOREIGN KEY ("api_key_id") REFERENCES "public"."api_keys"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "jesclips" ADD CONSTRAINT "jesclips_author_id_accounts_id_fk" FOREIGN KEY ("author_id") REFERENCES "public"."accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "jesclips" ADD CONSTRAINT "jesclips_api_key_id_api_keys_id_fk" FOREIGN KEY ("api_key_id") REFERENCES "public"."api_keys"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "media" ADD CONSTRAINT "media_post_id_posts_id_fk" FOREIGN KEY ("post_id") REFERENCES "public"."posts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "media" ADD CONSTRAINT "media_jesclip_id_jesclips_id_fk" FOREIGN KEY ("jesclip_id") REFERENCES "public"."jesclips"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "jesclip_comments_jesclip_id_index" ON "jesclip_comments" USING btree ("jesclip_id","id");--> statement-breakpoint
CREATE INDEX "jesclip_comments_parent_id_index" ON "jesclip_comments" USING btree ("parent_id");--> statement-breakpoint
CREATE INDEX "jesclips_author_id_index" ON "jesclips" USING btree ("author_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "media_object_unique" ON "media" USING btree ("object");--> statement-breakpoint
CREATE UNIQUE INDEX "media_post_id_unique" ON "media" USING btree ("post_id","position");--> statement-breakpoint
CREATE UNIQUE INDEX "media_jesclip_id_unique" ON "media" USING btree ("jesclip_id","position");--> statement-breakpoint
ALTER TABLE "outbox_events" ADD CONSTRAINT "outbox_events_event_known" CHECK ("outbox_events"."event" IN ('jes.created', 'jesclip.created', 'comment.created'));