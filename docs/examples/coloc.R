# A dataset for coloc: a gene and all SNPs of its window.
#
#     mpiqtl extract --config study.toml --genes GENE --per-gene --out loci
#     Rscript coloc.R loci GENE dataset.rds
#
# then in R, with another dataset over the same SNPs (beta of both for the same allele, which is alt here):
#
#     coloc::coloc.abf(readRDS("dataset.rds"), other)
#
# sdY is the standard deviation of the gene once the covariates are known, for beta and varbeta are of that scale. With an
# error covariance K it is in units of K: scale K to a mean diagonal of 1.

source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)[1])), "loci.R"))

given <- commandArgs(trailingOnly = TRUE)
if (length(given) != 3) stop("usage: Rscript coloc.R FOLDER GENE DATASET.rds")
locus <- read_locus(given[1], given[2])

# coloc takes neither SNPs without a variance (constant ones) nor one name twice.
pairs <- locus$pairs
pairs <- pairs[!is.na(pairs$se) & !is.na(pairs$maf) & pairs$maf > 0 & !duplicated(pairs$snp), ]
dataset <- list(
  beta = setNames(pairs$beta, pairs$snp),
  varbeta = setNames(pairs$se^2, pairs$snp),
  snp = as.character(pairs$snp),
  position = pairs$pos,
  type = "quant",
  N = max(pairs$n),
  MAF = setNames(pairs$maf, pairs$snp),
  sdY = locus$gene$residual_sd
)
saveRDS(dataset, given[3])
if (requireNamespace("coloc", quietly = TRUE)) coloc::check_dataset(dataset)
cat(length(dataset$snp), "SNPs of", nrow(locus$pairs), "\n")
