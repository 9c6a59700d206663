// One study from VCF and BED to tables of eQTLs: import, then map by MPI, or by shards and merge.
//     nextflow run configs/pipelines/nextflow/main.nf --genotypes study/genotypes.vcf --expression study/expression.bed \
//         --covariates study/covariates.tsv --out study/pipeline
//
// A run that is stopped on request (a signal, the end of a job's time) exits with code 75 and goes on where it was when the same
// command comes again. A process that is tried again has a new work folder, so the journal must not lie in there: mpiqtl writes
// to params.out, and the work folder has links to the tables.

nextflow.enable.dsl = 2

params.genotypes = 'study/genotypes.vcf'
params.expression = 'study/expression.bed'
params.covariates = 'study/covariates.tsv'
params.out = 'study/pipeline'
params.options = '--p-cis 1e-4 --p-trans 1e-6'
params.ranks = 2
params.shards = 0
params.launcher = 'mpirun'
params.step = ''
params.mpiqtl = 'mpiqtl'

process import_genotypes {
    input:
    path source

    output:
    path 'genotypes.h5'

    script:
    """
    ${params.mpiqtl} import genotypes ${source} --out genotypes.h5
    """
}

process import_expression {
    input:
    path source

    output:
    path 'expression.h5'

    script:
    """
    ${params.mpiqtl} import expression ${source} --out expression.h5
    """
}

process map_by_mpi {
    label 'goes_on'
    cpus params.ranks

    input:
    path genotypes
    path expression
    path covariates
    val out

    output:
    path '*.tsv'
    path 'run.json'

    script:
    """
    ${params.launcher} -n ${params.ranks} ${params.mpiqtl} map --genotypes ${genotypes} --expression ${expression} \\
        --covariates ${covariates} ${params.options} --threads 1 --out ${out}/map --overwrite
    ln -s ${out}/map/*.tsv ${out}/map/run.json .
    """
}

process shard {
    label 'goes_on'

    input:
    path genotypes
    path expression
    path covariates
    val out
    each number

    output:
    val number

    script:
    """
    ${params.step} ${params.mpiqtl} map --genotypes ${genotypes} --expression ${expression} --covariates ${covariates} \\
        ${params.options} --threads ${task.cpus} --shard ${number}/${params.shards} --out ${out}/map --overwrite
    """
}

process merge {
    input:
    val numbers
    val out

    output:
    path '*.tsv'
    path 'run.json'

    script:
    """
    ${params.mpiqtl} merge ${out}/map --overwrite
    ln -s ${out}/map/*.tsv ${out}/map/run.json .
    """
}

workflow {
    out = file(params.out).toAbsolutePath().toString()
    covariates = file(params.covariates, checkIfExists: true)
    genotypes = import_genotypes(file(params.genotypes, checkIfExists: true))
    expression = import_expression(file(params.expression, checkIfExists: true))
    if (params.shards == 0) {
        map_by_mpi(genotypes, expression, covariates, out)
    } else {
        numbers = Channel.of(1..params.shards)
        merge(shard(genotypes, expression, covariates, out, numbers).collect(), out)
    }
}
