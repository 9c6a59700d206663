# Fine-mapping by SuSiE: z of a gene's SNPs and the correlations of the same SNPs in the same regression.
#
#     mpiqtl extract --config study.toml --genes GENE --ld --out loci
#     Rscript susie.R loci GENE pips.tsv
#
# With covariates both z and R have to be of what is left when the covariates are known; --ld adjusted, the default, is that.
# z and R then fit each other, and no allele is flipped: both count alt. susie_rss turns z into correlations as
# z / sqrt(z^2 + n - 2), which is exact for n = df + 2: the samples less the covariates.

source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)[1])), "loci.R"))

given <- commandArgs(trailingOnly = TRUE)
if (length(given) != 3) stop("usage: Rscript susie.R FOLDER GENE PIPS.tsv")
locus <- read_locus(given[1], given[2])
R <- read_npy(file.path(given[1], locus$gene$ld))
pairs <- locus$pairs
stopifnot(nrow(R) == nrow(pairs))

# A constant SNP has nothing to be mapped.
varies <- !is.na(pairs$se)
pairs <- pairs[varies, ]
R <- R[varies, varies]
dimnames(R) <- list(pairs$snp, pairs$snp)

fit <- susieR::susie_rss(z = pairs$t, R = R, n = locus$gene$df + 2, estimate_residual_variance = TRUE)
pairs$pip <- as.vector(fit$pip)
pairs$credible_set <- NA
for (i in seq_along(fit$sets$cs)) pairs$credible_set[fit$sets$cs[[i]]] <- names(fit$sets$cs)[i]
write.table(pairs[order(-pairs$pip), c("snp", "chrom", "pos", "t", "p", "pip", "credible_set")], given[3],
            sep = "\t", quote = FALSE, row.names = FALSE)
cat(length(fit$sets$cs), "credible sets among", nrow(pairs), "SNPs\n")
